"""What opens the sandbox's payment processor, and what its events are signed with."""

PROCESSOR_KEY = "sandbox-processor-key-not-for-production"
PROCESSOR_WEBHOOK_KEY = "sandbox-processor-webhook-key-not-for-production"
SIGNATURE = "x-sandbox-processor-signature"
