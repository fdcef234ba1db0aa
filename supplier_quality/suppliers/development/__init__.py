"""Developing the quality management of suppliers step by step: the ladder of IATF 16949, 8.4.2.3, and plans to climb it."""
