"""Domain: pure rooms, values in and values out."""
