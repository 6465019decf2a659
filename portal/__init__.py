"""The two halves of the portal, and what both share: messages, threads, notes and the catalogue of mechanisms."""
