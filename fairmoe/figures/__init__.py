"""From records to plotly figures."""
