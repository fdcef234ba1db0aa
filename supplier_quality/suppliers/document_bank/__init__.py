"""Documents kept of a supplier: agreements, declarations, reports, insurance; which there are says workflows/document_types.yaml."""
