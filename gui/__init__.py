"""The screen: what the person sees and does. Talks to core; never imports torch or pydicom."""
