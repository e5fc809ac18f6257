"""What was read and reviewed, kept in one SQLite file: `store.open_store` opens it."""
