"""Complete objects of each class of DICOM, filled in from arrays: one module for each family."""
