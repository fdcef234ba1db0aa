"""Control charts: lines, points and the rules that a stable process rarely breaks."""
