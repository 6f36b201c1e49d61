"""Population: invented people of Taiwan, their encounters, claims, reports and choices. Pure."""
