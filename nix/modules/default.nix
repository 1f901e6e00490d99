# The modules of the reference server, for any other: `nixosModules.default` is all of them.
inputs:
let
  # Like a path in `imports`, it is imported once however often it is named, and errors name the file.
  withInputs = file: {
    key = toString file;
    imports = [ (inputs.nixpkgs.lib.modules.importApply file inputs) ];
  };
  modules = {
    lean-host = withInputs ./lean-host;
    containers = withInputs ./containers;
    vps-deploy = ./vps-deploy;
  };
in
modules
// {
  default.imports = builtins.attrValues modules;
}
