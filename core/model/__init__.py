"""Networks, the checkpoint file and the library of models."""
