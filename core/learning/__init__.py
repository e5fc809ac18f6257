"""Training: needs torch, but for what says what is to be done and how far it is."""
