"""The self-hosted server: the Managed Agents API over one database."""
