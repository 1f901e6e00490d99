{
  description = "A NixOS server that GitHub deploys to, and the modules it is made of";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    disko = {
      url = "github:nix-community/disko";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    sops-nix = {
      url = "github:Mic92/sops-nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    impermanence = {
      url = "github:nix-community/impermanence";
      # Only its own tests need them.
      inputs.nixpkgs.follows = "";
      inputs.home-manager.follows = "";
    };
    treefmt-nix = {
      url = "github:numtide/treefmt-nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    nannuo-bot = {
      url = "github:toxx1220/nannuo-bot";
      inputs.nixpkgs.follows = "nixpkgs";
      inputs.treefmt-nix.follows = "treefmt-nix";
    };
    bgs-backend = {
      url = "github:toxx1220/bgs_backend_V2";
      inputs.nixpkgs.follows = "nixpkgs";
      inputs.treefmt-nix.follows = "treefmt-nix";
      inputs.flake-parts.follows = "nannuo-bot/flake-parts";
      inputs.git-hooks-nix.follows = "nannuo-bot/git-hooks-nix";
    };
  };

  # The names of all outputs are known without nixpkgs (builtins only): what CI is told to build is compared with them.
  outputs =
    inputs@{ self, nixpkgs, ... }:
    let
      systems = [
        "aarch64-linux"
        "x86_64-linux"
      ];
      forSystems =
        outputsOf:
        builtins.listToAttrs (
          map (system: {
            name = system;
            value = outputsOf nixpkgs.legacyPackages.${system};
          }) systems
        );
      formatting = pkgs: (inputs.treefmt-nix.lib.evalModule pkgs ./treefmt.nix).config.build;
    in
    {
      nixosModules = import ./modules inputs;

      nixosConfigurations.vps-arm = nixpkgs.lib.nixosSystem {
        modules = [
          self.nixosModules.default
          ./hosts/vps-arm
          # A host can prove which commit it runs. Without one (a dirty tree) it says so.
          { system.configurationRevision = self.rev or self.dirtyRev or null; }
        ];
        specialArgs = { inherit inputs; };
      };

      packages = {
        # A server is set up from any laptop.
        aarch64-darwin.secrets-init =
          nixpkgs.legacyPackages.aarch64-darwin.callPackage ./secrets-init/package.nix
            { };
      }
      // forSystems (pkgs: {
        vps-deploy = pkgs.callPackage ./vps-deploy/package.nix { };
        options = import ./options.nix { inherit self pkgs; };
        secrets-init = pkgs.callPackage ./secrets-init/package.nix { };
      });

      checks =
        let
          everywhere = forSystems (
            pkgs:
            import ./tests { inherit self inputs pkgs; }
            // {
              formatting = (formatting pkgs).check self;
              inherit (self.packages.${pkgs.stdenv.hostPlatform.system}) vps-deploy options secrets-init;
            }
          );
          onMachines = import ./tests/vm {
            inherit self;
            pkgs = nixpkgs.legacyPackages.x86_64-linux;
          };
        in
        everywhere // { x86_64-linux = everywhere.x86_64-linux // onMachines; };

      formatter = forSystems (pkgs: (formatting pkgs).wrapper);

      devShells = forSystems (pkgs: {
        default = import ./shell.nix { inherit pkgs; };
      });

      templates = rec {
        server = {
          path = ./templates/server;
          description = "A NixOS server of one's own: host, disk, one container, and the workflow that deploys it";
        };
        default = server;
      };
    };
}
