/** The package has no types of its own. It adds `QueryLanguage` to the states of the definition that it is given. */
declare module 'asl-validator' {
  function validate(definition: unknown): {
    readonly isValid: boolean;
    readonly errors: readonly { readonly message?: string; readonly Message?: string }[];
    readonly errorsText: (separator?: string) => string;
  };
  export = validate;
}
