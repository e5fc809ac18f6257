"""DATASETs: labelled scans, found, checked, decoded and split by patient."""
