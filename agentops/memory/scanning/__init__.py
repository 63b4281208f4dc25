"""What a text must not carry into memory: secrets, personal data, unseen characters, instructions in disguise.

Patterns are a tripwire: whoever knows them words around them. What holds is structure: origins, evidence, a person.
"""
