"""How good a model is on labelled scans: asked for, measured behind the window, and looked at."""
