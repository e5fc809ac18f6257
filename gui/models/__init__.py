"""The library of models on the screen."""
