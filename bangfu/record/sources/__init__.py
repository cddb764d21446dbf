"""What departments delivered: deliveries with as-of date, coverage, control totals, hash and quarantine."""
