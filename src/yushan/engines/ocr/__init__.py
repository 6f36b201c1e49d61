"""OCR: a reader of text in pictures that never leaves this machine. Runs in children only."""
