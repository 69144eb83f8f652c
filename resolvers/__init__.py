"""The portal's rules: who may see what, without HTTP and without GraphQL."""
