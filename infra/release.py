"""Which release this is: what stands in every disclosure, and on the package."""

VERSION = "0.1.0"
CLIENT = f"casus-{VERSION}"
