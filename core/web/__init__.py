"""The browser demo: a page, and an HTTP API, over the reader that everything else reads with."""
