"""Readings and reviews taken away: as a table, as reports, as pictures, as DICOM, and as a DATASET."""
