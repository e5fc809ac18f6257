"""Fine-tuning: what is learnt from, how, the run itself, and what becomes of the new model."""
