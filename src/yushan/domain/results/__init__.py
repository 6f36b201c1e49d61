"""Results: segments, findings and measurements as SEG, SR (TID 1500), RTSTRUCT and JSON. Pure."""
