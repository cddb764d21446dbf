"""The command line: arguments in, services called, results and problems printed."""
