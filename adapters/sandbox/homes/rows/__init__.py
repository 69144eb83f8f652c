"""ServiceTitan's rows, one file per family, under the names its JSON has."""
