"""Sources that a customer directs us to use (IATF 16949, 8.4.1.3), and what of the work the customer owns."""
