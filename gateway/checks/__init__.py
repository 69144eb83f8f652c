"""`portal-gateway check`: what the gateway stands on, asked part by part."""
