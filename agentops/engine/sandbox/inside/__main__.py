"""Where the tool server starts; it finds its folder itself, because an isolated Python puts nothing on the path."""

import os
import sys

if not __package__:
    from importlib.util import module_from_spec, spec_from_file_location

    folder = os.path.dirname(os.path.abspath(__file__))
    spec = spec_from_file_location("inside", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])
    assert spec is not None
    assert spec.loader is not None
    __package__ = "inside"
    sys.modules["inside"] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules["inside"])

if __name__ == "__main__":
    if sys.argv[1:] == ["search"]:
        from .finding import main as find

        find()
    elif sys.argv[1:2] == ["plan"]:
        from .plan import main as run

        run(int(sys.argv[2]), int(sys.argv[3]))
    else:
        from .server import main as serve

        environment = dict(os.environ)
        # For commands only: other libraries could break this interpreter.
        if "AGENTOPS_LIBRARIES" in environment:
            environment["LD_LIBRARY_PATH"] = environment.pop("AGENTOPS_LIBRARIES")
        serve(environment.pop("AGENTOPS_ROOT", ""), environment)
