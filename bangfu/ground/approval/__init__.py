"""Four eyes: what one person proposes another decides, step by step, and signs exactly what was seen."""
