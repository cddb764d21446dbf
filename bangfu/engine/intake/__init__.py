"""Any workbook or delivery becomes checked, normalised rows; what cannot be read is set aside with its reason."""
