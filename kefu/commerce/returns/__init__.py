"""Returns: goods that come back, are exchanged, repaired or installed, and money that goes back."""
