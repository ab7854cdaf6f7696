declare module "virtual:page" {
  const page: { readonly html: string; readonly scriptHash: string; readonly styleHash: string };
  export default page;
}
