"""The person's word on each scan: how it is given, and how it is taken back."""
