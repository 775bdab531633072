"""The parts of the dashboard; with the pages, the only importer of streamlit."""
