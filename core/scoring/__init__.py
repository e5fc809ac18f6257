"""How good a model is on labelled scans: figures, curves, reports, comparisons. Needs no torch."""
