{
  description = "my-server: a NixOS server that GitHub deploys to";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    nix-vps = {
      url = "github:toxx1220/nix-vps?dir=nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      nix-vps,
    }:
    {
      # `nix run .#secrets-init` makes the keys.
      packages = builtins.mapAttrs (_: packages: { inherit (packages) secrets-init; }) nix-vps.packages;

      nixosConfigurations.my-server = nixpkgs.lib.nixosSystem {
        modules = [
          nix-vps.nixosModules.default
          ./hosts/my-server
          # By it the server proves which commit it runs. Without one (uncommitted changes) it says so.
          { system.configurationRevision = self.rev or self.dirtyRev or null; }
        ];
      };
    };
}
