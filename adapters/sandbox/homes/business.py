"""The contractor whose ServiceTitan this is."""

TIME_ZONE = "America/Chicago"
BUSINESS_NAME = "Harbor & Oak Home Services"
BUSINESS_PHONE = "+1 312 555 0142"
OFFICE_USER = 2180
CAMPAIGN = 301
