"""What a business sends: invoices, receipts and estimates as PDF, visits as calendar entries."""
