"""Whole stories in a browser; a package, so that browser and house end with the last of them."""
