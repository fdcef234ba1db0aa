"""Who we buy from: suppliers with their sites and contacts, their qualification, and their import from files."""
