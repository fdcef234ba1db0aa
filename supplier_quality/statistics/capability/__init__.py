"""Process and machine capability: indices, normality, stability and the verdict; AIAG SPC 2nd edition, AIAG PPAP 4th edition."""
