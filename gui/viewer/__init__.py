"""The radiograph on the screen: what is shown, how it lies in the window, and the evidence over it."""
