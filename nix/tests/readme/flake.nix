{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  inputs.nix-vps = {
    url = "github:toxx1220/nix-vps?dir=nix";
    inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    {
      self,
      nixpkgs,
      nix-vps,
    }:
    {
      nixosConfigurations.my-server = nixpkgs.lib.nixosSystem {
        modules = [
          nix-vps.nixosModules.vps-deploy
          ./configuration.nix # what you have already
          ./deploy.nix
          # Lets the server prove which commit it runs.
          { system.configurationRevision = self.rev or null; }
        ];
      };
    };
}
