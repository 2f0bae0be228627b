"""Sources: shops and carriers that are asked, compared with, and written to."""
