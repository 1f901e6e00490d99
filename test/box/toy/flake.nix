# A NixOS system as far as a deploy can tell: real derivations, built by real Nix, without nixpkgs.
{
  outputs =
    { self }:
    let
      spec = builtins.fromJSON (builtins.readFile ./spec.json);
      derive =
        name: attributes:
        derivation (
          {
            inherit name;
            system = spec.platform;
            builder = "/bin/sh";
            PATH = "/usr/local/bin:/usr/bin:/bin";
          }
          // attributes
        );
      file =
        name: at: text:
        derive name {
          inherit at text;
          args = [
            "-euc"
            ''mkdir -p "$out"; echo "$text" >"$out/$at"''
          ];
        };
      toplevel = derive "nixos-system-box-${spec.version}" {
        args = [
          "-eu"
          ./build.sh
        ];
        tree = builtins.path {
          name = "system";
          path = ./system;
        };
        kernel = file "linux-${spec.kernel}" "bzImage" spec.kernel;
        modules = file "linux-${spec.kernel}-modules" "modules" spec.kernel;
        initrd = file "initrd-linux-${spec.initrd}" "initrd" spec.initrd;
        packages = map (name: file name "package" name) spec.packages;
        inherit (spec)
          version
          build
          kernelParams
          initInterfaceVersion
          ;
        inhibitors = builtins.toJSON spec.inhibitors;
        rebootTriggers = if spec.rebootTriggers then "1" else "";
        revision = self.rev or "";
      };
    in
    {
      nixosConfigurations.${spec.configuration}.config.system.build.toplevel = toplevel;
    };
}
