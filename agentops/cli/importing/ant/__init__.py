"""Trees of `ant apply`: its lock file says which file is which object, its files what they are called.

Source: platform.claude.com/docs/en/cli-sdks-libraries/cli/apply, and the tests of github.com/anthropics/anthropic-cli
(`internal/declarative/claude`) for what that page leaves open.
"""
