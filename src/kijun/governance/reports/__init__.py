"""Reports and exports: PDF, Excel, Word."""
