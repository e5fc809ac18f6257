"""Figures in the window: drawn in the background, with marks that move at once."""
